"""One rule, one file, one code; see ``sendas.doctor.registry`` for the list."""
