namespace PbKv.Remoting.Tests;

public sealed class AkkaFrames
{
    private static readonly byte[] Wild = [0x29, 1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public void A_wild_number_is_found_in_every_way_in_which_protobuf_lets_it_be_said()
    {
        Refused(Frame(Wild));
        Refused(Frame([0x29, 0, 0, 0, 0, 0, 0, 0, 0, .. Wild]));
        Refused(Frame([.. Wild, 0x29, 0, 0, 0, 0, 0, 0, 0, 0]));
        Refused([.. Frame([]), .. Frame(Wild)]);
        Refused(Bytes(1, [.. Bytes(2, []), .. Bytes(2, Wild)]));
        // The same tag and the same length, each said in more bytes than it needs.
        Refused(Frame([0xA9, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, .. Wild[1..]]));
        Refused([0x0A, 0x8B, 0x80, 0x80, 0x80, 0x80, 0x01, .. Bytes(2, Wild)]);
    }

    [Fact]
    public void All_else_passes()
    {
        AkkaFrame.Check([]);
        AkkaFrame.Check(Frame([]));
        AkkaFrame.Check(Frame([0x29, 0, 0, 0x10, 0, 0, 0, 0, 0]));
        AkkaFrame.Check(Frame([0x29, .. Enumerable.Repeat((byte)0xFF, 8)]));
        AkkaFrame.Check(Frame([0x2D, 1, 2, 0, 0, 0x08, 7, .. Bytes(1, Wild)]));
        AkkaFrame.Check(Bytes(2, Bytes(2, Wild)));
    }

    [Theory]
    [InlineData(0x29, 1, 2, 3)]
    [InlineData(0x0A, 3, 0, 0)]
    [InlineData(0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F)]
    [InlineData(0x08, 0x80)]
    [InlineData(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)]
    [InlineData(0x0B)]
    public void What_is_no_message_is_refused(params int[] bytes) => Refused([.. bytes.Select(some => (byte)some)]);

    private static void Refused(byte[] frame) => Assert.Throws<InvalidDataException>(() => AkkaFrame.Check(frame));

    private static byte[] Frame(byte[] envelope) => Bytes(1, Bytes(2, envelope));

    private static byte[] Bytes(int field, byte[] content) =>
        [(byte)((field << 3) | 2), (byte)content.Length, .. content];
}
