"""FHIR R4 at the edge: instruments, answers and scores as resources, and back. Scoring knows nothing of it.

The models of ``fhir.resources`` (R4B) take a third of a second to import. Only what speaks FHIR imports this
package; neither scoring nor the command line nor a worker does.
"""
