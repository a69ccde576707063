"""Why a mail did not arrive: observe, judge, diagnose."""
