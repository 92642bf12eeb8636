"""Carriers: a device log in a folder, in object storage or on a server."""
