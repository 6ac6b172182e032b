"""Peers: other queues with the settings that their documentation recommends, behind two small interfaces."""
