"""Everything that belongs to one row: its relatives, its counterparts, and its story in numbers."""

from explorer.session.card import Card
from explorer.session.facts import cards, facts
from explorer.session.related import Counterpart, box_of, counterparts, nearest, related

__all__ = ["Card", "Counterpart", "box_of", "cards", "counterparts", "facts", "nearest", "related"]
