/**
 * Owns how the API says no: {@code application/problem+json} (RFC 9457), and {@code {"error":
 * ".."}} on the routes of the Open Inference Protocol.
 *
 * <p>One flow: whatever a resource throws reaches the {@link io.auspex.api.problem.ProblemMapper},
 * which makes a {@link io.auspex.api.problem.Problem} of it; what never reaches a resource (no such
 * route, a body over the limit) ends in the {@link io.auspex.api.problem.RouteProblems}. Both write
 * it by the {@link io.auspex.api.problem.ProblemStyle} of the path.
 *
 * <p>The only package that the other parts of the API share; imports platform alone.
 */
@NullMarked
package io.auspex.api.problem;

import org.jspecify.annotations.NullMarked;
