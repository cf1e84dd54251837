package io.troupe.cluster;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A part of a list of actors.
 *
 * @param actors the actors, by node, shard, kind and id
 * @param next   what to give {@link ActorQuery#after} for the part that follows; null if there is none
 */
public record ActorPage(List<ActorInfo> actors, @Nullable String next) {}
