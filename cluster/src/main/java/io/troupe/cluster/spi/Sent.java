package io.troupe.cluster.spi;

/** A message above AT_MOST_ONCE that was sent, to take it back with {@link io.troupe.cluster.Cluster#cancel}. */
public interface Sent {}
