/*
 * surface: a read test of the storage, for agents that have no storage test of their own.
 *
 * Windows spread evenly over the user region (all of a small one) are read by the generation's own
 * read verb; what the agent reports about any of them ends the run. Nothing is written.
 */
#ifndef ENGINE_FLOW_SURFACE_H
#define ENGINE_FLOW_SURFACE_H

#include "engine/flow/step.h"

/* A table for a verb's STEP_CALL; io.percent goes from 0 to 100. */
extern const struct step flow_surface[];

#endif
