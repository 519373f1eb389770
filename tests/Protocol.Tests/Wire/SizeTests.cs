namespace PbKv.Protocol.Tests.Wire;

public class SizeTests
{
    [Fact]
    public void The_size_of_a_message_is_about_its_bytes_on_the_wire_at_least()
    {
        var (key, value) = (new Bytes(new byte[5000]), new Bytes(new byte[7000]));
        var batch = new Batch(1, 1, [new Operation(OperationKind.Put, 1, key, value)]);
        var result = new OperationResult(1, ResultStatus.Ok, value);
        Message[] messages =
        [
            new Request(GroupName.Default, ViewId.None, 1, batch),
            new Reply(1, 1, [result, result], null),
            new Forward(ViewId.None, 1, 1, 1, [batch, batch]),
            new Chunk(ViewId.None, 1, false, 1, 1, [new Entry(key, value), new Entry(key, value)], []),
            new Chunk(ViewId.None, 1, false, 1, 1, [], [new SessionImage(1, 1, [result, result])]),
        ];
        foreach (var message in messages)
        {
            var writer = WireWriter.Rent();
            message.Write(writer);
            var length = writer.Return().Length;
            Assert.InRange(message.Size, length, length + 150);
        }
    }
}
