"""Reporting standards of interventional oncology: which of their items the records hold, and how to record the rest.

``items`` says what can fill an item, ``scope`` whom it is about, ``radioembolization`` holds the scored list of 50
items, ``chemoembolization`` and ``ablation`` the fields of a session.
"""
