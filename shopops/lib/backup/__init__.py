"""Backup and restore of a whole shop: database, encrypted files, keys.

A backup is a folder: `database.dump` (pg_dump's custom format), `uploads/` (the encrypted originals),
`secrets.json` (the keys without which nothing sealed opens), and `manifest.json`, written last: a
folder without it is no backup. Whoever has the folder has the shop, so it belongs on an encrypted disk.
"""
