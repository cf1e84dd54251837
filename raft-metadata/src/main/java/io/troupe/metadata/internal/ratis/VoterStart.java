package io.troupe.metadata.internal.ratis;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.backup.BackupFile;
import io.troupe.metadata.internal.codec.BackupCodec;
import io.troupe.metadata.internal.formation.ClusterFile;
import io.troupe.metadata.internal.formation.FormationProtocol;
import io.troupe.metadata.internal.formation.Identity;
import io.troupe.metadata.internal.formation.IdentityCodec;
import io.troupe.metadata.internal.node.NodeAgent;
import io.troupe.metadata.internal.state.Restoration;
import io.troupe.metadata.internal.state.StateView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a voter starts: it locks its directory, learns which group it belongs to, from its disk or by forming one, and
 * once its Raft server runs waits until it has caught up with a leader of this run. {@link #form} and
 * {@link #awaitLeaders} block the starting thread; {@link #turn} is of the metadata thread; the rest of any.
 */
final class VoterStart {
    private static final Logger LOG = LoggerFactory.getLogger(VoterStart.class);

    private final MetadataConfig config;
    private final Path directory;
    private final NodeAgent agent;

    private final Consumer<MetadataException> onRemoved;

    /** Completes when this voter knows the group it belongs to, or joins. */
    private final CompletableFuture<Identity> formed = new CompletableFuture<>();

    /** Completes when this voter has applied an entry of a leader of this run. */
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private volatile @Nullable FormationProtocol formation;
    private volatile @Nullable ClusterFile file;
    private long deadlineNs;
    private boolean strangerSeen;

    /** What the groups start from; taken once, because it can be large. */
    private List<Origin> origins = List.of();

    /** What this voter is now; null before {@link #form}. */
    private volatile @Nullable Identity identity;

    /** @param onRemoved told if this voter is none any more */
    VoterStart(MetadataConfig config, Path directory, NodeAgent agent, Consumer<MetadataException> onRemoved) {
        this.onRemoved = onRemoved;
        this.config = config;
        this.directory = directory;
        this.agent = agent;
        agent.onProtocol(NodeAgent.FORMATION_PROTOCOL, (from, message) -> {
            FormationProtocol protocol = formation;
            Identity other = IdentityCodec.read(message);
            if (protocol != null && other.nodeId().equals(from)) {
                protocol.onTold(other, System.nanoTime());
            }
        });
    }

    /**
     * Starts the agent, and answers which group to start.
     *
     * @throws MetadataException if the directory is not this voter's, its port is taken, or not all seeds come in time
     */
    Identity form() {
        ClusterFile lock = ClusterFile.lock(directory);
        file = lock;
        Path from = config.restoreFrom();
        // What was restored once goes on without it.
        BackupCodec.Contents backup = from == null || (!Files.exists(from) && lock.isFormed()) ? null : read(from);
        Identity found = lock.open(config, newStorageId(), backup == null ? null : backup.digest());
        identity = found;
        RatisServer.checkPort(RatisServer.self(config));
        formation =
                new FormationProtocol(found, config.joining() != null, System.nanoTime(), new FormationOutput(lock));
        if (found.group() != null) {
            formed.complete(found);
        }
        agent.start(found.storageId());
        deadlineNs = System.nanoTime() + config.formationTimeout().toNanos();
        Identity known = await(formed);
        if (known.backup() != null) {
            origins = origins(known.backup(), backup);
        }
        return known;
    }

    private BackupCodec.Contents read(Path file) {
        BackupCodec.Contents backup = BackupFile.read(file);
        int groups = backup.states().size();
        if (groups != config.groups()) {
            throw new MetadataException(
                    Code.BAD_BACKUP,
                    "backup " + file + " has the states of " + groups + " groups, and node " + config.nodeId()
                            + " has groups(" + config.groups() + "): start every node with groups(" + groups
                            + "), which is stateGroups(" + (groups - 1) + ") of a cluster of actors");
        }
        return backup;
    }

    /** What is written already need not be given again. */
    private List<Origin> origins(String digest, BackupCodec.@Nullable Contents backup) {
        List<Origin> made = new ArrayList<>();
        for (int group = 0; group < config.groups(); group++) {
            StateView state =
                    backup == null ? null : Restoration.of(backup.states().get(group));
            made.add(new Origin(digest, state));
            if (backup != null) {
                LOG.info(
                        "node {}: group {} starts from backup {}: {}, now {}",
                        config.nodeId(),
                        group,
                        config.restoreFrom(),
                        backup.head(),
                        state);
            }
        }
        return List.copyOf(made);
    }

    /** What the groups of {@link #form} start from, none for empty states; to be taken once. */
    List<Origin> takeOrigins() {
        List<Origin> taken = origins;
        origins = List.of();
        return taken;
    }

    /** See {@link io.troupe.metadata.MetadataStore#bootstrap}; once the start has begun. */
    CompletableFuture<Void> bootstrap() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        agent.execute(
                () -> { // Runs once the agent does, and by then the protocol is there.
                    FormationProtocol protocol = formation;
                    MetadataException refusal = protocol == null ? null : protocol.bootstrap(System.nanoTime());
                    if (refusal != null) {
                        done.completeExceptionally(refusal);
                        return;
                    }
                    var unused = formed.thenAccept(identity -> done.complete(null));
                });
        var unused = formed.whenComplete((identity, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    /** The Raft server runs, so its logs are there, and have to be from here on. */
    void noteLogs() {
        ClusterFile lock = file();
        // Where the identity is written too.
        agent.execute(() -> {
            Identity known = identity;
            if (known != null) {
                lock.noteLogs(known);
            }
        });
    }

    /** The directory; once {@link #form} has returned. */
    ClusterFile file() {
        ClusterFile lock = file;
        if (lock == null) {
            throw new IllegalStateException("the directory is not locked");
        }
        return lock;
    }

    /**
     * Returns once every group has a leader.
     *
     * @param others completes for each further group when it has one
     * @throws MetadataException if that does not come in time
     */
    void awaitLeaders(List<CompletableFuture<Void>> others) {
        await(ready);
        others.forEach(this::await);
    }

    /** Completes when this voter has applied an entry of a leader of this run; fails if the start does. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** The group, or null as long as it is not known. */
    Identity.@Nullable Group group() {
        Identity known = identity;
        return known == null ? null : known.group();
    }

    /** True if this directory is a voter of the group, as far as Raft has told. */
    boolean isMember() {
        Identity known = identity;
        return known != null && known.isMember();
    }

    /** Null before {@link #form}; on the metadata thread. */
    @Nullable
    FormationProtocol formation() {
        return formation;
    }

    /** Raft has committed these voters; on the metadata thread, once the Raft server can vote. */
    void onCommitted(Identity.Group group) {
        FormationProtocol protocol = formation;
        if (protocol != null) {
            protocol.onCommitted(group, System.nanoTime());
        }
    }

    /** A further group is dead here; on the metadata thread. */
    void onGroupDead() {
        FormationProtocol protocol = formation;
        if (protocol != null) {
            protocol.onGroupDead(System.nanoTime());
        }
    }

    /** Does what is due; answers when to be called again. */
    long turn(long nowNs) {
        FormationProtocol protocol = formation;
        if (protocol == null) {
            return Long.MAX_VALUE;
        }
        protocol.flush(nowNs);
        return protocol.nextWakeNs();
    }

    /** Whoever waits is told. */
    void end(MetadataException failure) {
        formed.completeExceptionally(failure);
        ready.completeExceptionally(failure);
    }

    /** Another process may have the directory. */
    void unlock() {
        ClusterFile lock = file;
        if (lock != null) {
            lock.close();
        }
    }

    /** Short, because it is part of the names of Ratis' threads; random enough among the disks of one voter. */
    private static String newStorageId() {
        return HexFormat.of().toHexDigits(new SecureRandom().nextLong());
    }

    private <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MetadataException known) {
                throw known;
            }
            throw new MetadataException(Code.FAILED, "node " + config.nodeId() + " cannot start: " + e, e);
        } catch (TimeoutException e) {
            throw new MetadataException(Code.TIMEOUT, timeoutMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MetadataException(Code.CLOSED, "the start of node " + config.nodeId() + " was interrupted");
        }
    }

    private String timeoutMessage() {
        String within = "node " + config.nodeId() + ": within "
                + config.formationTimeout().toMillis() + " ms ";
        FormationProtocol protocol = formation;
        if (config.joining() != null && !isMember()) {
            return within + "it was not added to the voters: call addVoter(" + config.joining()
                    + ") on the leader while this node starts, and check that it reaches the seeds "
                    + Identity.text(Identity.seeds(config));
        }
        if (protocol == null || formed.isDone()) {
            return within + (ready.isDone() ? "not every further group had a leader" : "no leader was heard of")
                    + " among the voters " + Identity.text(Identity.seeds(config))
                    + ": start a majority of them and check that they reach each other";
        }
        List<Voter> missing = missing(protocol);
        return within
                + (missing.isEmpty()
                        ? "all seeds were heard of, but the cluster was not formed: look at the errors of node "
                                + Identity.seeds(config).get(0).nodeId()
                        : "these seeds were not heard of: " + Identity.text(missing)
                                + ". The first formation needs every seed of the list: start them and check the addresses, or,"
                                + " if they never ran, call bootstrap on node "
                                + Identity.seeds(config).get(0).nodeId());
    }

    private List<Voter> missing(FormationProtocol protocol) {
        CompletableFuture<List<Voter>> missing = new CompletableFuture<>();
        agent.execute(() -> missing.complete(protocol.missing()));
        try {
            return missing.get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return Identity.seeds(config);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private final class FormationOutput implements FormationProtocol.Output {
        private final ClusterFile lock;

        FormationOutput(ClusterFile lock) {
            this.lock = lock;
        }

        @Override
        public void tell(String nodeId, Identity self) {
            agent.send(nodeId, NodeAgent.FORMATION_PROTOCOL, to -> IdentityCodec.write(to, self));
        }

        @Override
        public String newClusterId() {
            return UUID.randomUUID().toString();
        }

        @Override
        public void onFormed(Identity now) {
            onChanged(now);
            formed.complete(now);
        }

        @Override
        public void onChanged(Identity now) {
            lock.write(now);
            identity = now;
            LOG.info("node {}: the group is {}", config.nodeId(), now.group());
        }

        @Override
        public void onRemoved(Identity removed) {
            lock.writeRemoved(removed);
            onRemoved.accept(ClusterFile.removed(removed));
        }

        @Override
        public void onFailed(MetadataException failure) {
            formed.completeExceptionally(failure);
        }

        @Override
        public void onStranger(String problem) {
            if (!strangerSeen) {
                strangerSeen = true;
                LOG.warn("node {}: {}", config.nodeId(), problem);
            }
        }
    }
}
