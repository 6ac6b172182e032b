"""Other queues, each at its best documented settings, behind two small interfaces: order and urgency."""
