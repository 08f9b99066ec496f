"""What the peers in this folder have in common: the two architectures, and the vocabulary's special tokens."""
MODELS = {
    "logo": dict(hidden_size=256, num_hidden_layers=2, num_attention_heads=8, intermediate_size=3072,
                 hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0),
    "dnabert": dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072),
}
PAD, UNKNOWN, CLS, SEP, MASK, FIRST_KMER = range(6)
VOCABULARY = FIRST_KMER + 4**6  # words
