# Placeholder until the house is built: see CONTRIBUTING.
