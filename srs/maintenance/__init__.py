"""Keeping what a person made: backups and the way back, the doctor, salvage."""
