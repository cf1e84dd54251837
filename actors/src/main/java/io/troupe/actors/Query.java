package io.troupe.actors;

/**
 * A message that names the type of its answer.
 *
 * @param <R> the type of the answer
 */
public interface Query<R> {}
