"""Everything that writes. Keyword-only, atomic, ``by=`` says who, the audit row in the same transaction.

May import ``queries`` and what is below it.
"""
