"""Everything that writes. Keyword-only, atomic, ``by=`` says who, the audit row in the same transaction."""
