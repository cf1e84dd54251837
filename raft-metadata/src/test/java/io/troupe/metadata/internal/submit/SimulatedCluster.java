package io.troupe.metadata.internal.submit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import io.troupe.metadata.Compare;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.Op;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.Txn;
import io.troupe.metadata.TxnResult;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.EntryCodec;
import io.troupe.metadata.internal.state.Applied;
import io.troupe.metadata.internal.state.Command;
import io.troupe.metadata.internal.state.MetadataState;
import io.troupe.metadata.internal.state.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Three voters and a node without a log, their submit, session and gateway cores, and a model of Raft and of the
 * network, all in one thread: every choice comes from one seed. Raft is modelled by what it promises and no more: a
 * deposed leader goes on accepting entries for a while, and an entry whose outcome nobody was told may be applied by a
 * later leader.
 */
final class SimulatedCluster {
    static final long MS = 1_000_000;
    static final long TICK_NS = 50 * MS;
    static final long TTL_MS = 400;

    final Random random;
    final MetadataState state = new MetadataState();
    final Map<String, Node> nodes = new TreeMap<>();
    final List<String> voters = List.of("n1", "n2", "n3");
    final List<String> violations = new ArrayList<>();
    boolean faulty = true;
    long now = 1_000 * MS;
    int leaderChanges;
    int expiries;
    int relayed;

    private final Set<String> cut = new TreeSet<>();
    private final Map<String, ArrayDeque<Runnable>> links = new TreeMap<>();
    private long term;
    private @Nullable Node leader;

    SimulatedCluster(long seed) {
        random = new Random(seed);
        for (String id : List.of("n1", "n2", "n3", "n4")) {
            nodes.put(id, new Node(id));
        }
    }

    /** One transaction that can be applied only once, and what its caller was told. */
    final class Call implements SubmitProtocol.Caller {
        final Node node;
        final @Nullable SessionId session;
        final String key;

        @Nullable
        TxnResult result;

        @Nullable
        Code failure;

        int told;

        Call(Node node, String key) {
            this.node = node;
            this.session = node.submits.session();
            this.key = key;
        }

        @Override
        public void onResult(TxnResult told) {
            this.told++;
            result = told;
            if (key.compareTo(node.lastTold) <= 0) {
                violations.add("the caller of " + key + " was told after that of " + node.lastTold);
            }
            node.lastTold = key;
        }

        @Override
        public void onFailure(MetadataException told) {
            this.told++;
            failure = told.code();
            if (failure == Code.SESSION_ENDED && session != null && session.equals(node.submits.session())) {
                violations.add(key + " failed although its session goes on: " + told.getMessage());
            }
        }
    }

    /** An entry in a leader's log that is not committed. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Entry(long number, byte[] bytes) {}

    final class Node implements SubmitProtocol.Output, LeaderGateway.Output {
        final String id;
        final SubmitProtocol submits;
        final SessionProtocol sessions;
        private final Answers answers;
        final LeaderGateway gateway;
        final RelayProtocol relay;
        final List<Call> calls = new ArrayList<>();
        final ArrayDeque<Runnable> inbox = new ArrayDeque<>();

        /** What this node proposed as a leader and Raft has not decided. */
        final ArrayDeque<Entry> pending = new ArrayDeque<>();

        CompletableFuture<SessionId> opening = new CompletableFuture<>();
        int written;
        String lastTold = "";

        /** Whether the node has tasted leadership that Raft has already taken away. */
        boolean deposed;

        /** Until when the node may believe in its session. */
        long leaseUntil;

        boolean frozen;

        Node(String id) {
            this.id = id;
            LeaderFinder finder = new LeaderFinder(voters, id);
            submits = new SubmitProtocol(id, finder, this);
            sessions = new SessionProtocol(id, submits, finder, this, LeaseTable.MARGIN_NS + 2 * TICK_NS);
            answers = new Answers(submits, sessions);
            sessions.useStorage("disk-" + id);
            gateway = new LeaderGateway(id, TICK_NS, this);
            relay = new RelayProtocol(id, voters, new Relays());
        }

        private final class Relays implements RelayProtocol.Output {
            @Override
            public boolean isLinked(String node) {
                return SimulatedCluster.this.isLinked(id, node);
            }

            @Override
            public boolean send(String to, byte[] bytes) {
                return transmit(to, () -> node(to).relay.onMessage(id, ByteReader.of(bytes)));
            }

            @Override
            public void deliver(String origin, ByteReader message) {
                relayed++;
                onMessage(origin, MessageCodec.read(message, origin));
            }
        }

        @Override
        public boolean toVoter(String voter, Message message) {
            return send(voter, message);
        }

        @Override
        public void onSessionEnded(SessionId session) {
            sessions.onEnded(session, "session " + session + " has ended");
        }

        @Override
        public void propose(long entry, List<byte[]> commands) {
            pending.add(new Entry(entry, EntryCodec.join(commands)));
        }

        @Override
        public void answer(String nodeId, Message message) {
            send(nodeId, message);
        }

        boolean send(String to, Message message) {
            Node receiver = node(to);
            if (receiver == this) {
                inbox.add(() -> onMessage(id, message));
                return true;
            }
            if (SimulatedCluster.this.isLinked(id, to)) {
                return transmit(to, () -> receiver.onMessage(id, message));
            }
            ByteWriter writer = new ByteWriter();
            MessageCodec.write(writer, message);
            return relay.send(to, writer.toByteArray());
        }

        private boolean transmit(String to, Runnable arrival) {
            if (faulty && chance(5)) {
                return chance(50); // Lost, and the sender may notice or not.
            }
            ArrayDeque<Runnable> link = links.computeIfAbsent(id + ">" + to, key -> new ArrayDeque<>());
            link.add(arrival);
            if (faulty && chance(3)) {
                link.add(arrival);
            }
            return true;
        }

        void onMessage(String from, Message message) {
            if (!answers.deliver(from, message, now)) {
                gateway.onMessage(from, message);
            }
        }

        void open() {
            opening = new CompletableFuture<>();
            sessions.open(TTL_MS, random.nextLong(), opening);
            leaseUntil = Long.MIN_VALUE;
        }

        void renew() {
            long sentAt = now;
            CompletableFuture<Long> renewal = new CompletableFuture<>();
            var unused = renewal.thenAccept(
                    revision -> leaseUntil = Math.max(leaseUntil, sentAt + (long) (TTL_MS * MS * 0.99)));
            sessions.renew(renewal);
        }

        Call write() {
            Call call = new Call(this, "t/" + id + "/" + String.format("%05d", written++));
            calls.add(call);
            Txn txn = Txn.guarded(List.of(Compare.absent(call.key)), List.of(new Op.Put(call.key, new byte[0])));
            submits.offer(EntryCodec.encodeTxn(txn), 0, call);
            return call;
        }

        /** Asks all voters for a hold, as a store does; 0 if no longer. */
        void hold(int millis) {
            for (String voter : voters) {
                if (voter.equals(id)) {
                    gateway.onHold(id, millis * MS, now);
                } else if (SimulatedCluster.this.isLinked(id, voter)) {
                    transmit(voter, () -> node(voter).gateway.onHold(id, millis * MS, now));
                }
            }
        }

        void flush() {
            for (Runnable message = inbox.poll(); message != null; message = inbox.poll()) {
                message.run();
            }
            if (!frozen) {
                gateway.flush(now, now / MS);
                sessions.flush(now);
                submits.flush(now);
            }
        }
    }

    boolean isLinked(String one, String other) {
        return !cut.contains(pair(one, other));
    }

    private static String pair(String one, String other) {
        return one.compareTo(other) < 0 ? one + "-" + other : other + "-" + one;
    }

    /** Breaks the link between two nodes; what is on its way in it arrives. */
    void cut(String one, String other) {
        cut.add(pair(one, other));
    }

    /** The faults end, but the node without a log never gets its link to the leader back. */
    void calm() {
        faulty = false;
        cut.clear();
        if (leader != null) {
            cut("n4", leader.id);
        }
    }

    private void breakOrMendALink() {
        List<String> ids = List.copyOf(nodes.keySet());
        String one = ids.get(random.nextInt(ids.size()));
        String other = ids.get(random.nextInt(ids.size()));
        if (!one.equals(other) && !cut.remove(pair(one, other))) {
            cut(one, other);
        }
    }

    Node node(String id) {
        return Objects.requireNonNull(nodes.get(id), id);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    void run(long durationNs) {
        for (long end = now + durationNs; now < end; ) {
            step();
        }
    }

    /** One step of time: deliver, commit, change leaders, and let every core do what is due. */
    void step() {
        now += random.nextInt(5) * MS;
        for (String name : List.copyOf(links.keySet())) {
            if (node(name.substring(name.indexOf('>') + 1)).frozen) {
                continue; // What was sent to a paused process waits for it.
            }
            ArrayDeque<Runnable> link = Objects.requireNonNull(links.get(name));
            for (int left = random.nextInt(4); left > 0 && !link.isEmpty(); left--) {
                link.remove().run();
            }
        }
        if (faulty && random.nextInt(200) == 0) {
            breakOrMendALink();
        }
        if (leader == null || (faulty && random.nextInt(400) == 0)) {
            elect();
        }
        Node leads = leader;
        if (leads != null) {
            for (int left = random.nextInt(3); left > 0 && !leads.pending.isEmpty(); left--) {
                commit(leads, true);
            }
        }
        nodes.values().forEach(this::learnOfDeposition);
        nodes.values().forEach(Node::flush);
    }

    private void elect() {
        leaderChanges++;
        Node old = leader;
        if (old != null) {
            old.deposed = true;
            // Some of its entries made it to the next leader; nobody tells their proposer.
            for (int survivors = random.nextInt(old.pending.size() + 1); survivors > 0; survivors--) {
                commit(old, false);
            }
        }
        Node next = node(voters.get(random.nextInt(voters.size())));
        if (next == old) {
            forgetPending(next);
        }
        next.deposed = false;
        term++;
        leader = next;
        next.gateway.onLeading(state.view(), now);
    }

    private void learnOfDeposition(Node node) {
        if (node.deposed && (!faulty || chance(2))) {
            node.deposed = false;
            node.gateway.onLeader(chance(50) || leader == null ? null : new Leader(leader.id, term));
            node.gateway.onNotLeading();
            node.pending.clear();
        } else if (node.deposed && chance(5)) {
            forgetPending(node);
        }
    }

    /** As Ratis answers NotLeader or a timeout for entries that may still commit. */
    private static void forgetPending(Node node) {
        for (Entry entry = node.pending.poll(); entry != null; entry = node.pending.poll()) {
            node.gateway.onUnknown(entry.number);
        }
    }

    private void commit(Node proposer, boolean told) {
        Entry entry = proposer.pending.remove();
        List<Command> commands = EntryCodec.decode(entry.bytes);
        Leader before = state.view().leader();
        for (Command command : commands) {
            if (command instanceof Command.ExpireSession expire) {
                checkExpiry(expire);
            }
        }
        Applied applied = state.apply(term, commands);
        expiries += (int) applied.outcomes().stream()
                .filter(Outcome.SessionEnded.class::isInstance)
                .count();
        applied.events().forEach(this::checkOrder);
        if (told) {
            proposer.gateway.onApplied(entry.number, applied.outcomes(), state.view(), now);
        }
        Leader after = state.view().leader();
        if (after != null && !after.equals(before)) {
            nodes.values().stream().filter(node -> chance(70)).forEach(node -> {
                node.gateway.onLeader(after);
                node.submits.onLeader(after, now);
                node.sessions.onLeader(after, now);
            });
        }
    }

    private void checkExpiry(Command.ExpireSession expire) {
        var session = state.view().session(expire.session().nodeId());
        boolean ends = session != null
                && session.open()
                && session.id().equals(expire.session())
                && session.renewedAt() == expire.renewedAt();
        Node node = node(expire.session().nodeId());
        if (ends && now < node.leaseUntil && expire.session().equals(node.submits.session())) {
            violations.add(
                    expire.session() + " expires at " + now + ", but its node may trust it until " + node.leaseUntil);
        }
    }

    private final Map<String, Integer> lastKey = new TreeMap<>();

    private void checkOrder(WatchEvent event) {
        String key = event.key();
        String node = key.substring(0, key.lastIndexOf('/'));
        int number = Integer.parseInt(key.substring(key.lastIndexOf('/') + 1));
        Integer last = lastKey.put(node, number);
        if (last != null && number <= last) {
            violations.add(key + " was applied after number " + last);
        }
    }
}
