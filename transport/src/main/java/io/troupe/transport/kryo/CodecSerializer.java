package io.troupe.transport.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.troupe.transport.Buffers;
import io.troupe.transport.spi.MessageCodec;
import org.agrona.MutableDirectBuffer;

/** A class with a codec of its own: length, then what the codec wrote. The codec sees its own bytes only. */
final class CodecSerializer<T> extends Serializer<T> {
    private final Class<T> type;
    private final MessageCodec<T> codec;
    private final MutableDirectBuffer scratch = Buffers.growing();
    private final MutableDirectBuffer view = Buffers.view();

    CodecSerializer(Class<T> type, MessageCodec<T> codec) {
        this.type = type;
        this.codec = codec;
    }

    @Override
    public void write(Kryo kryo, Output output, T message) {
        int length = codec.encode(message, scratch, 0);
        if (length < 0 || length > scratch.capacity()) {
            throw new KryoException("the codec of " + type.getName() + " says that it wrote " + length + " bytes");
        }
        output.writeVarInt(length, true);
        output.writeBytes(scratch.byteArray(), 0, length);
    }

    @Override
    public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
        int length = Sizes.read(input, 1);
        view.wrap(input.getBuffer(), input.position(), length);
        T message = type.cast(codec.decode(view, 0, length));
        input.setPosition(input.position() + length);
        return message;
    }
}
