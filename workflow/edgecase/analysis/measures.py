"""Name every measure of a run: what a seed's rounds are reduced to.

`summary` computes them. Whoever checks a name loads no pandas.
"""

#: measure → what it is
MEASURES = {
    "backdoor_final": "backdoor accuracy after the last round, trailing mean of 10 rounds, %",
    "backdoor_best": (
        "highest value of that trailing mean over 10 rounds (all, in a shorter run), %"
    ),
    "backdoor_first": (
        "mean backdoor accuracy over the first rounds of the window, not smoothed, %"
    ),
    "backdoor_last": "mean backdoor accuracy over the last rounds of the window, not smoothed, %",
    "backdoor_mean": "mean backdoor accuracy over all rounds, not smoothed, %",
    "main_final": "main accuracy after the last round, not smoothed, %",
    "main_best": "highest main accuracy after any round, not smoothed, %",
    "main_first": "mean main accuracy over the first rounds of the window, %",
    "main_last": "mean main accuracy over the last rounds of the window, %",
    "source_class_last": (
        "mean clean accuracy on the edge cases' true class over the last rounds, %"
    ),
    "attacker_accepted_share": (
        "attackers with a weight above 0 in the aggregate, of all attackers in all rounds"
    ),
    "clipped_share": "participants scaled down, of all participants in all rounds",
    "adv_norm_mean": (
        "mean norm difference of the attackers, as sent, over rounds with an attacker"
    ),
    "honest_norm_mean": "mean norm difference of the honest clients over all rounds",
    "noise_norm_mean": "mean norm of the server's noise over all rounds",
    "model_norm_mean": "mean norm of the global model, before each round",
    "honest_refused_share": (
        "honest participants with weight 0, of all honest participants in all rounds"
    ),
    "honest_refused_attacked_share": (
        "honest participants with weight 0, of those in the rounds with an attacker"
    ),
    "honest_refused_quiet_share": (
        "honest participants with weight 0, of those in the rounds without an attacker"
    ),
    "seated_accepted_share": (
        "rounds in which the seated client has a weight above 0, of all rounds"
    ),
    "seated_quiet_accepted_share": (
        "the same over the rounds without an attacker, who competes for the places refused"
    ),
    "typical_accepted_share": (
        "other honest participants with a weight above 0, of all such participants in all rounds"
    ),
}
