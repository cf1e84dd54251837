package io.troupe.metadata.internal.ratis;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.troupe.metadata.LogTls;
import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * How Ratis is set up here. Every setting that differs from Ratis' default says why; those that durability rests on are
 * written down even where they are the default.
 */
final class RatisProperties {
    /** Longest run of entries that one append carries; far above the longest entry. */
    static final SizeInBytes APPEND_LENGTH = SizeInBytes.valueOf("4MB");

    /** Must exceed {@link #APPEND_LENGTH}; direct memory, one per group of a voter. */
    private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf("5MB");

    static final SizeInBytes SEGMENT = SizeInBytes.valueOf("8MB");
    private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf("4MB");

    /** Entries kept behind a snapshot, so that a voter that was away briefly needs no snapshot. */
    static final int KEPT_ENTRIES = 10_000;

    private RatisProperties() {}

    static RaftProperties of(MetadataConfig config, Voter self, Path directory) {
        RaftProperties p = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(p, List.of(directory.toFile()));
        network(p, self);
        elections(p, config.election());
        log(p, config);
        threads(p);
        return p;
    }

    /** What Ratis cannot be told as text. */
    static Parameters parameters(@Nullable LogTls tls) {
        Parameters parameters = new Parameters();
        if (tls != null) {
            // For all three: servers, clients and administrators come to the same port. The JDK's engine, because
            // Ratis'
            // default unpacks and loads native code.
            GrpcConfigKeys.TLS.setConf(
                    parameters,
                    GrpcTlsConfig.newBuilder()
                            .setName("log")
                            .setKeyManager(tls.keys())
                            .setTrustManager(tls.trust())
                            .setMutualTls(true)
                            .setSslProvider(SslProvider.JDK)
                            .setProtocols("TLSv1.3")
                            .build());
        }
        return parameters;
    }

    private static void network(RaftProperties p, Voter self) {
        GrpcConfigKeys.Server.setHost(p, self.host());
        GrpcConfigKeys.Server.setPort(p, self.raftPort());
        // Client and admin services share the server's port, and so must share its host.
        GrpcConfigKeys.Client.setHost(p, self.host());
        GrpcConfigKeys.Admin.setHost(p, self.host());
    }

    private static void elections(RaftProperties p, MetadataConfig.Election election) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(p, millis(election.minMillis()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(p, millis(election.maxMillis()));
        // A cold start need not wait for as long as a running voter waits for a leader that may only pause.
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, millis(Math.min(100, election.minMillis())));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, millis(Math.min(250, election.maxMillis())));
        RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
        // After losing its majority a leader must not sit out for the default 10 s: it may be the only one to win.
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, millis(Math.max(1_000, election.maxMillis())));
        RaftServerConfigKeys.setSleepDeviationThreshold(p, millis(election.minMillis()));
        // A voter that is added must answer within this time; Ratis' default fails under load.
        RaftServerConfigKeys.setStagingTimeout(p, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        // Ratis closes a server that has paused for long; we want it back instead.
        RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(3650, TimeUnit.DAYS));
        RaftServerConfigKeys.Notification.setNoLeaderTimeout(p, TimeDuration.valueOf(5, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setSlownessTimeout(p, TimeDuration.valueOf(10, TimeUnit.SECONDS));
        // Reads never go through Ratis: linearizable ones are replicated barriers.
        RaftServerConfigKeys.Read.setOption(p, RaftServerConfigKeys.Read.Option.DEFAULT);
    }

    private static void log(RaftProperties p, MetadataConfig config) {
        RaftServerConfigKeys.Log.setUseMemory(p, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
        // Else what a leader sends again is acknowledged while its first copy waits for the flush.
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(p, true);
        // An extra entry per commit would double the fsyncs; all it buys is the commit index of a dead majority.
        RaftServerConfigKeys.Log.setLogMetadataEnabled(p, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(p, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setSegmentSizeMax(p, SEGMENT);
        RaftServerConfigKeys.Log.setPreallocatedSize(p, PREALLOCATED);
        RaftServerConfigKeys.Log.setWriteBufferSize(p, WRITE_BUFFER);
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 2);
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, APPEND_LENGTH);
        // Batching happens above Raft, so an entry must not wait for company.
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(p, millis(0));
        // The default backs off for seconds, sends no heartbeats meanwhile, and so delays every rejoin.
        RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "MultipleLinearRandomRetry,1ms,10,50ms,1000000");
        // A dead voter must not pin the log; it gets a snapshot when it returns.
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(p, Math.min(KEPT_ENTRIES, config.snapshotEntries()));
        RaftServerConfigKeys.Log.setPurgeGap(p, (int) Math.min(1024, config.snapshotEntries()));
        // Ratis asks after every batch; the state machine decides, and mostly answers no.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, 1);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
        // Repeated commands are recognised by the state machine, not by Ratis' unreplicated cache.
        RaftServerConfigKeys.RetryCache.setExpiryTime(p, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Write.setElementLimit(p, 4096);
    }

    private static void threads(RaftProperties p) {
        RaftServerConfigKeys.ThreadPool.setProxyCached(p, true);
        RaftServerConfigKeys.ThreadPool.setProxySize(p, 2);
        RaftServerConfigKeys.ThreadPool.setServerCached(p, true);
        RaftServerConfigKeys.ThreadPool.setServerSize(p, 8);
        // Only the metadata thread submits, one entry at a time.
        RaftServerConfigKeys.ThreadPool.setClientCached(p, true);
        RaftServerConfigKeys.ThreadPool.setClientSize(p, 1);
        GrpcConfigKeys.Server.setAsyncRequestThreadPoolCached(p, true);
        GrpcConfigKeys.Server.setAsyncRequestThreadPoolSize(p, 8);
    }

    private static TimeDuration millis(long millis) {
        return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
    }
}
