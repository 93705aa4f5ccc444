"""The federated round: parameters, clients, local training, the server, whole experiments."""
