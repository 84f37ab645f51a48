"""How events get to endpoints, whatever kind those are: webhooks of programs and channels to people alike.

A kind of endpoint is a model that derives from ``models.Endpoint``, has a ``kind`` and stands in ``models.ENDPOINTS``.
Besides what its owner is told when it is turned off (``disabled_event``, ``facts``), all it has to know is
``sendable(event)``: what is to be sent for this event, with everything that takes (address, opened secret, text), so
that ``send()`` needs no database. That ends within ``sendable.DEADLINE`` seconds, goes out through
``integrations.outbound`` where that is possible, answers what came back, and raises ``DeliveryError`` where it was not
delivered: with a code, a sentence that is safe to show, and whether trying again can help.

All the rest is done here, the same for all kinds: ``events.announce`` writes a delivery for each endpoint that wants an
event; a ``sender`` beside each worker claims what is due under a lease (``leases``), one thing at a time for each
endpoint; each attempt is kept with the delivery; what failed is tried again when ``retries`` says; and an endpoint is
turned off when the other side says that it is gone, or after five days of failure, of which its owner is told once.
"""
