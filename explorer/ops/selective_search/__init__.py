"""Selective search with its whole history: segments, merges, similarities, ranks.

J. R. R. Uijlings, K. E. A. van de Sande, T. Gevers, A. W. M. Smeulders: "Selective Search for
Object Recognition", International Journal of Computer Vision 104 (2), 2013. Equation and section
numbers in this package are that paper's.
"""

from explorer.ops.selective_search.proposals import SearchCancelled, search, search_steps
from explorer.ops.strategies import STRATEGIES, Strategy

__all__ = ["STRATEGIES", "SearchCancelled", "Strategy", "search", "search_steps"]
