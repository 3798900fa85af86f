"""iCalendar and iTIP (RFC 5545, 5546), and the mails that carry them. A leaf: plain values in, bytes out.

The same input gives the same bytes, so that a retry sends what the first attempt sent.
"""
