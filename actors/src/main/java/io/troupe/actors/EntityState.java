package io.troupe.actors;

import org.jspecify.annotations.Nullable;

/**
 * The committed state of a durable entity.
 *
 * @param state    the state; null if it has none, because nothing was persisted yet or it was deleted
 * @param revision the revision of the store that this reflects: everything up to it, nothing behind it
 * @param <S>      the state
 */
public record EntityState<S>(@Nullable S state, long revision) {}
