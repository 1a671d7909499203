"""The sample stories: texts, and the counts of models that scripts/train_samples.py trained on public data."""
