"""The contract between training and serving: what a trained model is, where it is kept, how it is run."""
