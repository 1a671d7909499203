"""How a portfolio fares as a whole: who gets how far, how fast, what stopped the others, and what to look at early."""
