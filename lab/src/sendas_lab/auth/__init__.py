"""How receivers in the lab judge a mail: SPF, DKIM and DMARC, computed for real."""

from sendas_lab.auth.evaluation import Authentication, authenticate
from sendas_lab.auth.header import authentication_results, received_spf
from sendas_lab.auth.signatures import DkimCheck


__all__ = ["Authentication", "DkimCheck", "authenticate", "authentication_results", "received_spf"]
