package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.troupe.cluster.Subscription;
import io.troupe.cluster.spi.Platform;
import org.jspecify.annotations.Nullable;

/** Actors without a cluster: no network, no disk, no configuration. {@link ActorSystem#create} makes one. */
public final class LocalActorSystem implements ActorSystem {
    /** How long {@link #close()} lets the actors work off what waits. */
    public static final Duration CLOSE_LIMIT = Duration.ofSeconds(1);

    private static final long LOOK_EVERY_NS = 500_000;

    private final String name;
    private final ActorRuntime runtime;
    private final LocalActors actors;
    /** Null until somebody stops it; guarded by this. */
    private @Nullable CompletableFuture<StopReport> stopping;

    LocalActorSystem(String name, Platform platform) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isBlank() || length > Kind.MAX_NAME_LENGTH || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("system name '" + name + "' must be 1 to " + Kind.MAX_NAME_LENGTH
                    + " bytes without control characters: its threads bear it");
        }
        this.name = name;
        runtime = new ActorRuntime(platform);
        actors = new LocalActors(this, name, runtime);
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    @Override
    public <M> Pid<M> spawn(Kind<M> kind, String id) {
        return actors.spawn(kind, id);
    }

    @Override
    public <M> Pid<M> spawn(Handler<M> handler, String id) {
        return actors.spawn(handler, id);
    }

    /** {@return actors that were spawned and have not ended, without their children} */
    public int activeActors() {
        return actors.size();
    }

    /** {@return messages that no actor has handled, since the start} */
    public long deadLetters() {
        return runtime.deadLetters.count();
    }

    @Override
    public Subscription onDeadLetter(Consumer<? super DeadLetter> listener) {
        return runtime.deadLetters.subscribe(listener);
    }

    /**
     * Takes no more messages but those of its own actors, waits until no message waits and none is being handled, ends
     * the actors and frees all threads. Timers that are still to come and what is stashed are not waited for. When the
     * limit has passed, what waits is abandoned; a handler that does not return then keeps its thread, and everything
     * else is freed within two seconds more.
     *
     * @param limit how long to wait for the actors; zero for not at all
     * @return completes when all is freed, never exceptionally; on a thread of the system. Later calls return the same
     */
    public CompletableFuture<StopReport> stop(Duration limit) {
        CompletableFuture<StopReport> done;
        synchronized (this) {
            if (stopping != null) {
                return stopping;
            }
            done = new CompletableFuture<>();
            stopping = done;
        }
        actors.refuseOutsiders();
        long nowNs = runtime.nanoTime();
        look(done, nowNs, nowNs + Math.max(0, Math.min(limit.toNanos(), EntityTimers.LONGEST_DELAY.toNanos())));
        return done;
    }

    private void look(CompletableFuture<StopReport> done, long beginNs, long endNs) {
        boolean quiet = actors.isQuiet();
        long nowNs = runtime.nanoTime();
        if (quiet || nowNs - endNs >= 0) {
            runtime.platform.detach("stop", () -> finish(done, quiet, beginNs));
        } else {
            runtime.timers.schedule(nowNs + Math.min(LOOK_EVERY_NS, endNs - nowNs), () -> look(done, beginNs, endNs));
        }
    }

    private void finish(CompletableFuture<StopReport> done, boolean quiet, long beginNs) {
        int ended = actors.size();
        actors.stop();
        runtime.close();
        actors.close();
        done.complete(new StopReport(quiet, ended, actors.abandoned(), Duration.ofNanos(runtime.nanoTime() - beginNs)));
    }

    /**
     * Stops within {@link #CLOSE_LIMIT} and waits for it. Idempotent.
     *
     * @throws IllegalStateException if an actor calls it: it would wait for itself
     */
    @Override
    public void close() {
        if (Cell.isRunning()) {
            throw new IllegalStateException(
                    "close of system " + name
                            + " waits until its actors are idle, so none of them can call it: call stop(limit) and do not wait");
        }
        StopReport unused = stop(CLOSE_LIMIT).join();
    }
}
