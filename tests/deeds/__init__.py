"""Every action of the product, once: what it writes, what the audit log says of it, and what a second one meets.

One table (``table/``) is read by four tests: the ledger of each deed with the log of it (``test_ledger``), its being
whole or not at all (``test_all_or_nothing``), two at once (``test_races``), and that nothing is missing
(``test_complete``). Two different deeds that meet on one scene stand in a table of their own (``pairs/``).
"""
