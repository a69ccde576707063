"""What AWS charges: one dated data file, and the only code that reads it.

Nothing else in sendas names a price.  Every price says what it is for, in which
Region, where it was read and when, and whether anybody has checked it since.
"""

from sendas.prices.price_list import MalformedPrices, Price, PriceList, Source, UnknownPrice, load


__all__ = ["MalformedPrices", "Price", "PriceList", "Source", "UnknownPrice", "load"]
