package io.troupe.metadata.internal.node;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.submit.Answers;
import io.troupe.metadata.internal.submit.LeaderFinder;
import io.troupe.metadata.internal.submit.LeaseTable;
import io.troupe.metadata.internal.submit.Message;
import io.troupe.metadata.internal.submit.MessageCodec;
import io.troupe.metadata.internal.submit.RelayProtocol;
import io.troupe.metadata.internal.submit.SessionProtocol;
import io.troupe.metadata.internal.submit.SubmitProtocol;
import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the submit and session cores of one node on its metadata thread, and carries the messages of all metadata
 * protocols over the {@link PeerChannel}. A store adds its own protocols with {@link #onProtocol} and its own cores
 * with the turn given to the constructor.
 *
 * <p>The first byte of a message names its protocol. Messages to this node itself never leave the thread: they are
 * handed in as events, so no core is entered twice.
 */
public final class NodeAgent implements AutoCloseable {
    /** Protocol number of {@link Message}s. */
    public static final int SUBMIT_PROTOCOL = 1;

    /** Protocol number of the follower protocol. */
    public static final int FOLLOW_PROTOCOL = 2;

    /** Protocol number of the formation protocol. */
    public static final int FORMATION_PROTOCOL = 3;

    /** Protocol number of {@link RelayProtocol}. */
    private static final int RELAY_PROTOCOL = 4;

    /** Protocol number of what makes the voters of a further group those of the first. */
    public static final int VOTERS_PROTOCOL = 5;

    /** Protocol number of what asks a leader to let the data of its group stand still. */
    public static final int HOLD_PROTOCOL = 6;

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);
    private static final int PROTOCOLS = 7;

    private final String nodeId;
    private final GroupName name;
    private final PeerChannel channel;
    private final MetadataThread thread;
    private final Admission admission;
    private final Fragments fragments;
    private final SecureRandom random = new SecureRandom();
    private final RelayProtocol relay;
    private final SubmitProtocol submits;
    private final SessionProtocol sessions;
    private final Answers answers;
    private final LongUnaryOperator turn;
    private final List<@Nullable BiConsumer<String, ByteReader>> protocols =
            new ArrayList<>(Collections.nCopies(PROTOCOLS, null));

    /** The gateway of this node, if it is a voter. */
    private @Nullable BiConsumer<String, Message> gateway;

    private final Consumer<Throwable> onBroken;

    /** Why nothing works any more; set once. */
    private volatile @Nullable MetadataException end;

    /** Bad messages seen; only the first of a row is logged. */
    private long badMessages;

    /**
     * An agent that is not started.
     *
     * @param config    the node's configuration
     * @param name      the group that it works for
     * @param channel   reaches the same group of other nodes
     * @param turn      the store's own cores: given the time, does what is due and answers when to wake next
     * @param onBroken  told of a broken invariant
     */
    public NodeAgent(
            MetadataConfig config,
            GroupName name,
            PeerChannel channel,
            LongUnaryOperator turn,
            Consumer<Throwable> onBroken) {
        this.nodeId = config.nodeId();
        this.name = name;
        this.channel = channel;
        this.turn = turn;
        this.onBroken = onBroken;
        admission = new Admission(config.maxPending());
        fragments = new Fragments(random.nextLong() >> 1);
        thread = new MetadataThread(name.thread(), this::turn, this::broken);
        List<String> voters =
                config.voters().stream().map(MetadataConfig.Voter::nodeId).toList();
        LeaderFinder finder = new LeaderFinder(voters, nodeId);
        relay = new RelayProtocol(nodeId, voters, new RelayOutput());
        protocols.set(RELAY_PROTOCOL, relay::onMessage);
        SubmitProtocol.Output output = new Output();
        submits = new SubmitProtocol(nodeId, finder, output);
        long slackNs = LeaseTable.MARGIN_NS + 2 * config.sessionTick().toNanos();
        sessions = new SessionProtocol(nodeId, submits, finder, output, slackNs);
        answers = new Answers(submits, sessions);
        protocols.set(SUBMIT_PROTOCOL, this::onMessage);
    }

    private final class Output implements SubmitProtocol.Output {
        @Override
        public boolean toVoter(String voter, Message message) {
            return sendMessage(voter, message);
        }

        @Override
        public void onSessionEnded(SessionId session) {
            sessions.onEnded(session, "session " + session + " has ended");
        }
    }

    private final class RelayOutput implements RelayProtocol.Output {
        @Override
        public boolean isLinked(String node) {
            return channel.isLinked(node);
        }

        @Override
        public boolean send(String to, byte[] bytes) {
            return NodeAgent.this.send(to, RELAY_PROTOCOL, writer -> writer.writeRaw(bytes));
        }

        @Override
        public void deliver(String origin, ByteReader message) {
            onMessage(origin, message);
        }
    }

    /**
     * Starts the thread and receives messages; once. What was asked for before is done now.
     *
     * @param storageId the node's data directory, or a random text
     */
    public void start(String storageId) {
        sessions.useStorage(storageId);
        thread.start();
        channel.receiver((from, bytes) -> execute(() -> onBytes(from, bytes)));
    }

    /**
     * Runs something on the metadata thread.
     *
     * @param event what to run
     */
    public void execute(Runnable event) {
        thread.execute(event);
    }

    /**
     * Adds a protocol; before {@link #start}.
     *
     * @param protocol its number
     * @param receiver called on the metadata thread with the sending node and the rest of the message
     */
    public void onProtocol(int protocol, BiConsumer<String, ByteReader> receiver) {
        protocols.set(protocol, receiver);
    }

    /**
     * Makes this node's own gateway reachable; before {@link #start}.
     *
     * @param receiver called on the metadata thread with the asking node and what it asks
     */
    public void onGateway(BiConsumer<String, Message> receiver) {
        gateway = receiver;
    }

    /**
     * Sends bytes of a protocol to another node; on the metadata thread.
     *
     * @param to       the node
     * @param protocol the protocol's number
     * @param message  writes the message
     * @return false if it was dropped at once
     */
    public boolean send(String to, int protocol, Consumer<ByteWriter> message) {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(protocol);
        message.accept(writer);
        boolean sent = true;
        for (byte[] piece : fragments.cut(writer.toByteArray())) {
            sent = sent && channel.send(to, piece);
        }
        return sent;
    }

    /**
     * Sends a message of the submit protocol to any node, this one included, and over a voter if there is no link to
     * it; on the metadata thread.
     *
     * @param to      the node
     * @param message the message
     * @return false if it was dropped at once
     */
    public boolean sendMessage(String to, Message message) {
        if (to.equals(nodeId)) {
            execute(() -> onMessage(nodeId, message));
            return true;
        }
        if (channel.isLinked(to)) {
            return send(to, SUBMIT_PROTOCOL, writer -> MessageCodec.write(writer, message));
        }
        ByteWriter writer = new ByteWriter();
        MessageCodec.write(writer, message);
        return relay.send(to, writer.toByteArray());
    }

    /**
     * A leader was heard of, by the log or by its followers; on the metadata thread.
     *
     * @param leader the leader
     */
    public void onLeader(Leader leader) {
        long now = System.nanoTime();
        submits.onLeader(leader, now);
        sessions.onLeader(leader, now);
    }

    /**
     * Opens a session, see {@link io.troupe.metadata.MetadataStore#openSession}.
     *
     * @param ttlMillis its lease
     * @return the session
     */
    public CompletableFuture<SessionId> openSession(long ttlMillis) {
        long nonce = random.nextLong();
        return askForSession(ttlMillis, done -> sessions.open(ttlMillis, nonce, done));
    }

    /**
     * Opens the life of another group, see {@link io.troupe.metadata.MetadataStore#joinSession}.
     *
     * @param life      the life
     * @param ttlMillis its lease
     * @return the life
     */
    public CompletableFuture<SessionId> joinSession(SessionId life, long ttlMillis) {
        long nonce = random.nextLong();
        return askForSession(ttlMillis, done -> sessions.join(life, ttlMillis, nonce, done));
    }

    private CompletableFuture<SessionId> askForSession(long ttlMillis, Consumer<CompletableFuture<SessionId>> request) {
        MetadataException wrong = SessionProtocol.wrongTtl(ttlMillis);
        return wrong == null ? ask(request) : CompletableFuture.failedFuture(wrong);
    }

    /** {@return the revision that proves the renewal} */
    public CompletableFuture<Long> keepAlive() {
        return ask(sessions::renew);
    }

    /** {@return completes when the session is closed} */
    public CompletableFuture<Void> closeSession() {
        return ask(sessions::close);
    }

    /**
     * Submits transactions, each on its own.
     *
     * @param txns the transactions
     * @return their results in order; fails as a whole
     */
    public CompletableFuture<List<TxnResult>> submit(List<Txn> txns) {
        MetadataException before = end;
        if (before != null) {
            return CompletableFuture.failedFuture(before);
        }
        List<byte[]> encoded = new ArrayList<>(txns.size());
        int[] readCosts = new int[txns.size()];
        long length = 0;
        try {
            for (Txn txn : txns) {
                readCosts[encoded.size()] = txn.readCost();
                byte[] bytes = EntryCodec.encodeTxn(txn);
                encoded.add(bytes);
                length += bytes.length;
            }
            admission.admit(encoded.size(), length);
        } catch (MetadataException | CodecException e) {
            return CompletableFuture.failedFuture(e);
        }
        Batch batch = new Batch(encoded.size(), length);
        if (encoded.isEmpty()) {
            batch.done.complete(List.of());
        }
        execute(() -> {
            for (int i = 0; i < encoded.size(); i++) {
                submits.offer(encoded.get(i), readCosts[i], batch);
            }
        });
        MetadataException over = end;
        if (over != null) {
            batch.onFailure(over); // The thread may be gone already.
        }
        return batch.done;
    }

    /**
     * Nothing works any more: fails what waits and what will come.
     *
     * @param why the reason; the first one stays
     */
    public void end(MetadataException why) {
        if (end == null) {
            end = why;
        }
        execute(() -> failAll(why));
    }

    /** {@return the group that it works for} */
    public GroupName name() {
        return name;
    }

    /** {@return why nothing works any more, or null} */
    public @Nullable MetadataException ended() {
        return end;
    }

    /** Fails what waits and ends the thread. Idempotent. */
    @Override
    public void close() {
        MetadataException closed =
                new MetadataException(Code.CLOSED, "the metadata store of node " + name + " is closed");
        if (end == null) {
            end = closed;
        }
        execute(() -> failAll(closed));
        thread.close();
    }

    /** The results of one call, complete when its last transaction is. */
    private final class Batch implements SubmitProtocol.Caller {
        final CompletableFuture<List<TxnResult>> done = new CompletableFuture<>();
        final List<TxnResult> results;
        final int expected;
        final long length;

        Batch(int expected, long length) {
            this.expected = expected;
            this.length = length;
            results = new ArrayList<>(expected);
        }

        @Override
        public void onResult(TxnResult result) {
            results.add(result);
            if (results.size() == expected && !done.isDone()) {
                admission.release(expected, length); // Before the caller sees the result: it may submit again at once.
                done.complete(results);
            }
        }

        @Override
        public void onFailure(MetadataException failure) {
            if (done.completeExceptionally(failure)) {
                admission.release(expected, length);
            }
        }
    }

    private <T> CompletableFuture<T> ask(Consumer<CompletableFuture<T>> request) {
        CompletableFuture<T> done = new CompletableFuture<>();
        execute(() -> {
            MetadataException over = end;
            if (over != null) {
                done.completeExceptionally(over);
            } else {
                request.accept(done);
            }
        });
        MetadataException over = end;
        if (over != null) {
            done.completeExceptionally(over); // The thread may be gone already.
        }
        return done;
    }

    private long turn(long nowNs) {
        long wake = turn.applyAsLong(nowNs);
        sessions.flush(nowNs);
        submits.flush(nowNs);
        return Math.min(wake, Math.min(sessions.nextWakeNs(), submits.nextWakeNs()));
    }

    private void onMessage(String from, ByteReader message) {
        onMessage(from, MessageCodec.read(message, from));
    }

    private void onMessage(String from, Message message) {
        if (!answers.deliver(from, message, System.nanoTime()) && gateway != null) {
            gateway.accept(from, message);
        }
    }

    private void onBytes(String from, byte[] bytes) {
        try {
            ByteReader message = fragments.join(from, bytes);
            if (message == null) {
                return;
            }
            int number = message.readByte();
            BiConsumer<String, ByteReader> protocol = number < PROTOCOLS ? protocols.get(number) : null;
            if (protocol != null) {
                protocol.accept(from, message);
            }
            badMessages = 0;
        } catch (CodecException e) {
            // A node with another version, or garbled bytes: its sender repeats what matters.
            if (badMessages++ == 0) {
                LOG.warn("node {}: dropped a message of node {}: {}", name, from, e.getMessage());
            }
        }
    }

    private void failAll(MetadataException why) {
        submits.failPending(why);
        sessions.failPending(why);
    }

    private void broken(Throwable cause) {
        if (end == null) {
            LOG.error("node {}: a metadata invariant is broken, the store stops", name, cause);
        }
        end(new MetadataException(Code.FAILED, "metadata store of node " + name + " failed: " + cause, cause));
        onBroken.accept(cause);
    }
}
