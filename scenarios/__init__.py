"""Plans: interventions, scenario files, runs, comparison and the demo mine."""
