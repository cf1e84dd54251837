package io.troupe.jmh.ratis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * One voter of a Ratis group whose state machine only counts, with entries submitted in the process that leads: what
 * the library alone costs. Log, flush and election settings are those of the metadata module.
 */
public final class BareRatis implements AutoCloseable {
    private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(0, 1));
    private static final Logger GRPC_LOG = Logger.getLogger("org.apache.ratis.thirdparty.io.grpc");
    private static final String HOST = "127.0.0.1";
    private static final int WRITES_PENDING = 4096;

    private final RaftPeerId self;
    private final RaftServer server;
    private final ClientId client = ClientId.randomId();
    private long lastCall;

    private BareRatis(RaftPeerId self, RaftServer server) {
        this.self = self;
        this.server = server;
    }

    /**
     * A voter of the group, on the loopback address.
     *
     * @param id   its id
     * @param port its Raft port
     */
    public record Voter(String id, int port) {}

    /** Counts entries, and answers each with nothing. */
    private static final class Counter extends BaseStateMachine {
        private static final CompletableFuture<Message> NOTHING = CompletableFuture.completedFuture(Message.EMPTY);

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = transaction.getLogEntry();
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return NOTHING;
        }
    }

    /**
     * Starts a voter, anew or from what its directory holds.
     *
     * @param id        the voter to be
     * @param directory of its log
     * @param minMillis shortest election timeout
     * @param maxMillis longest election timeout
     * @param voters    the whole group, the same for all
     * @return the running voter
     * @throws IOException if it cannot start
     */
    public static BareRatis start(String id, Path directory, int minMillis, int maxMillis, List<Voter> voters)
            throws IOException {
        GRPC_LOG.setLevel(Level.SEVERE);
        RaftPeerId self = RaftPeerId.valueOf(id);
        int port = voters.stream()
                .filter(voter -> voter.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no voter " + id + " in " + voters))
                .port();
        List<RaftPeer> peers = voters.stream()
                .map(voter -> RaftPeer.newBuilder()
                        .setId(voter.id())
                        .setAddress(HOST + ":" + voter.port())
                        .build())
                .toList();
        RaftServer server = RaftServer.newBuilder()
                .setServerId(self)
                .setGroup(RaftGroup.valueOf(GROUP, peers))
                .setProperties(properties(port, directory, minMillis, maxMillis))
                .setStateMachine(new Counter())
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        server.start();
        return new BareRatis(self, server);
    }

    /** {@return true if this voter leads and has applied what came before its term} */
    public boolean leads() {
        try {
            return server.getDivision(GROUP).getInfo().isLeaderReady();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Puts an entry into the log. Called by one thread at a time.
     *
     * @param value its content; not modified afterwards
     * @return completes when it is applied here; fails if this voter does not lead, or nobody knows
     */
    public CompletableFuture<Void> write(byte[] value) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(self)
                .setGroupId(GROUP)
                .setCallId(++lastCall)
                .setType(RaftClientRequest.writeRequestType())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(value)))
                .build();
        try {
            return server.submitClientRequestAsync(request).thenCompose(BareRatis::outcome);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private static CompletableFuture<Void> outcome(RaftClientReply reply) {
        return reply.isSuccess()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new IOException(String.valueOf(reply.getException())));
    }

    /** Whatever moves a figure is as in the metadata module's own settings. */
    private static RaftProperties properties(int port, Path directory, int minMillis, int maxMillis) {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        GrpcConfigKeys.Server.setHost(p, HOST);
        GrpcConfigKeys.Server.setPort(p, port);
        GrpcConfigKeys.Client.setHost(p, HOST);
        GrpcConfigKeys.Admin.setHost(p, HOST);
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(minMillis));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(maxMillis));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(Math.min(100, minMillis)));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(Math.min(250, maxMillis)));
        RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, millis(Math.max(1_000, maxMillis)));
        RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(minMillis));
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(3650, TimeUnit.DAYS));
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("5MB"));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, millis(0));
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "MultipleLinearRandomRetry,1ms,10,50ms,1000000");
        RaftServerConfigKeys.RetryCache.setExpiryTime(p, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Write.setElementLimit(p, WRITES_PENDING);
        RaftServerConfigKeys.ThreadPool.setProxyCached(p, true);
        RaftServerConfigKeys.ThreadPool.setProxySize(p, 2);
        RaftServerConfigKeys.ThreadPool.setServerCached(p, true);
        RaftServerConfigKeys.ThreadPool.setServerSize(p, 8);
        RaftServerConfigKeys.ThreadPool.setClientCached(p, true);
        RaftServerConfigKeys.ThreadPool.setClientSize(p, 1);
        return p;
    }

    private static TimeDuration millis(long millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
