namespace PbKv.Protocol.Tests.Wire;

/// <summary>
/// This release and the next one talk to each other, where the next adds fields and types of message.
/// </summary>
public class NextReleaseTests
{
    private static readonly ForwardAck Acknowledgement = new(new ViewId(new ClusterId(3), 4), 5);

    [Fact]
    public void A_field_that_the_next_release_added_is_passed_over()
    {
        var bytes = FromNextRelease(
            writer =>
                Field(
                    writer,
                    22,
                    fields =>
                    {
                        Acknowledgement.Write(fields);
                        fields.Varint(77);
                        fields.Text("new");
                    }
                ),
            writer => EnvelopeCodec.Write(writer, Acknowledgement)
        );
        var received = WireBytes.Read(bytes);
        WireBytes.AssertSame([Acknowledgement, Acknowledgement], received);
    }

    [Fact]
    public void The_next_release_reads_an_older_message_without_its_new_field()
    {
        static (ForwardAck Known, long Added) ReadAsNextReleaseDoes(ref WireReader reader) =>
            (ForwardAck.Read(ref reader), reader.More ? reader.Varint() : -1);

        var writer = WireWriter.Rent();
        Acknowledgement.Write(writer);
        var old = new WireReader(writer.TakeAll(), new Texts());
        Assert.Equal((Acknowledgement, -1), ReadAsNextReleaseDoes(ref old));

        writer = WireWriter.Rent();
        Acknowledgement.Write(writer);
        writer.Varint(77);
        var next = new WireReader(writer.TakeAll(), new Texts());
        Assert.Equal((Acknowledgement, 77), ReadAsNextReleaseDoes(ref next));
    }

    [Fact]
    public void A_field_added_to_the_header_is_passed_over()
    {
        var bytes = FromNextRelease(
            [writer => EnvelopeCodec.Write(writer, Acknowledgement)],
            header => header.Text("trace id")
        );
        WireBytes.AssertSame([Acknowledgement], WireBytes.Read(bytes));
    }

    [Fact]
    public void A_field_added_to_a_batch_is_passed_over_and_sent_on()
    {
        var batch = new Batch(1, 2, [new Operation(OperationKind.Put, 3, Bytes.Utf8("k"), Bytes.Utf8("v"))])
        {
            Encoded = new EncodedForm(NextBatch()),
        };
        var received = Assert.IsType<Forward>(
            WireBytes
                .Read(EnvelopeCodec.Write(WireBytes.Envelope(new Forward(ViewId.None, 1, 1, -1, [batch]))))
                .Messages[0]
        );
        Assert.Equal("v", received.Batches[0].Operations[0].Value.ToString());
        Assert.Equal(batch.Encoded.Bytes, received.Batches[0].Encoded.Bytes);
    }

    [Fact]
    public void An_unknown_type_of_message_is_named_and_the_others_of_its_envelope_are_handled()
    {
        var bytes = FromNextRelease(
            writer => EnvelopeCodec.Write(writer, Acknowledgement),
            writer => Field(writer, 199, fields => fields.Text("who knows")),
            writer => EnvelopeCodec.Write(writer, Acknowledgement)
        );
        var notUnderstood = new List<string>();
        var envelope = WireBytes.Read(bytes, notUnderstood);
        WireBytes.AssertSame([Acknowledgement, Acknowledgement], envelope);
        Assert.Equal(199, Assert.Single(envelope.NotUnderstood));
        Assert.Equal(["a message of the unknown type 199, 10 bytes"], notUnderstood);
    }

    [Fact]
    public void So_many_messages_may_be_unknown_and_no_more()
    {
        const int Most = 64;
        Action<WireWriter> unknown = writer => Field(writer, 199, fields => fields.Byte(1));
        foreach (var count in new[] { 1, Most })
        {
            var envelope = WireBytes.Read(FromNextRelease([.. Enumerable.Repeat(unknown, count)]), []);
            Assert.Empty(envelope.Messages);
            Assert.Equal(Enumerable.Repeat((byte)199, count), envelope.NotUnderstood);
        }
        var tooMany = FromNextRelease([.. Enumerable.Repeat(unknown, Most + 1)]);
        var damage = Assert.Throws<WireFormatException>(() => WireBytes.Read(tooMany, []));
        Assert.Equal($"more than {Most} messages that are not understood", damage.Message);
    }

    [Fact]
    public void A_message_with_a_value_that_only_the_next_release_knows_is_dropped_alone()
    {
        var bytes = FromNextRelease(
            writer =>
                Field(
                    writer,
                    15,
                    fields =>
                    {
                        fields.Varint(1);
                        fields.Byte(200);
                        View.None.Write(fields);
                    }
                ),
            writer => EnvelopeCodec.Write(writer, Acknowledgement)
        );
        var notUnderstood = new List<string>();
        WireBytes.AssertSame([Acknowledgement], WireBytes.Read(bytes, notUnderstood));
        Assert.Equal(["a message of type 15: unknown refusal 200"], notUnderstood);
    }

    [Fact]
    public void Another_format_is_refused_with_both_numbers()
    {
        var bytes = EnvelopeCodec.Write(WireBytes.Envelope(Acknowledgement));
        bytes[0] = 9;
        var damage = Assert.Throws<WireFormatException>(() => WireBytes.Read(bytes));
        Assert.Equal("format 9, known is 1", damage.Message);
    }

    private static byte[] FromNextRelease(params Action<WireWriter>[] messages) => FromNextRelease(messages, _ => { });

    private static byte[] FromNextRelease(Action<WireWriter>[] messages, Action<WireWriter> moreHeader)
    {
        var writer = WireWriter.Rent();
        writer.Byte(EnvelopeCodec.Format);
        var header = writer.BeginBlock();
        writer.Text("127.0.0.1:7001");
        writer.Text("127.0.0.1:7002");
        writer.Varint(5);
        writer.Varint(0);
        moreHeader(writer);
        writer.EndBlock(header);
        foreach (var message in messages)
            message(writer);
        return writer.TakeAll();
    }

    private static void Field(WireWriter writer, byte type, Action<WireWriter> fields)
    {
        writer.Byte(type);
        var start = writer.BeginBlock();
        fields(writer);
        writer.EndBlock(start);
    }

    private static Bytes NextBatch()
    {
        var writer = WireWriter.Rent();
        writer.Varint(1);
        writer.Varint(2);
        writer.Varint(1);
        writer.Byte((byte)OperationKind.Put);
        writer.Varint(3);
        writer.Bytes(Bytes.Utf8("k"));
        writer.Bytes(Bytes.Utf8("v"));
        writer.Text("a field of the next release");
        return new Bytes(writer.TakeAll());
    }
}
