"""The API's doors to what is recorded: parse, authorise, call one action or read visible rows, answer in JSON.

May import every room but ``urls``.
"""
