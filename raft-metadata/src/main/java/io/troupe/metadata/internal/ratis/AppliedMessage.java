package io.troupe.metadata.internal.ratis;

import java.util.List;

import io.troupe.metadata.internal.codec.OutcomeCodec;
import io.troupe.metadata.internal.state.Outcome;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * What an entry came to, on its way back through Ratis to the submitter in this process. Its bytes are made only if
 * somebody asks for them.
 */
record AppliedMessage(List<Outcome> outcomes) implements Message {
    @Override
    public ByteString getContent() {
        return UnsafeByteOperations.unsafeWrap(OutcomeCodec.encode(outcomes));
    }
}
