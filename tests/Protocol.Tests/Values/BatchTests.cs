namespace PbKv.Protocol.Tests.Values;

public class BatchTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_batch_that_is_kept_is_copied_out_of_a_frame_that_holds_much_else(int beyond, bool stays)
    {
        var key = Bytes.Utf8("k");
        var size = new Batch(1, 2, [new Operation(OperationKind.Put, 3, key, new Bytes(new byte[40]))]).Size;
        var value = new Bytes(new byte[1024 + (2 * size) + beyond], 7, 40);
        var batch = new Batch(1, 2, [new Operation(OperationKind.Put, 3, key, value)]);
        var kept = batch.Compact();
        Assert.Equal(stays, ReferenceEquals(batch, kept));
        Assert.Equal((batch.Session, batch.Floor, batch.Operations[0]), (kept.Session, kept.Floor, kept.Operations[0]));
        Assert.Equal(stays ? value.ArrayLength : 40, kept.Operations[0].Value.ArrayLength);
    }
}
