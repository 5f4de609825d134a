"""What the page 警力配置 shows: work against duty, the staffing rules of a policy, and moves to try out."""

from __future__ import annotations
