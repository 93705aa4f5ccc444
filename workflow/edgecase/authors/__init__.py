"""The authors' command line and what its flags mean here."""
