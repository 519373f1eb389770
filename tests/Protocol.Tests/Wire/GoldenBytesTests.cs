namespace PbKv.Protocol.Tests.Wire;

/// <summary>
/// The bytes of every message, kept beside this file: one file a type, and in it a line for each form that the type
/// ever had, the newest last. A form that was ever released is read for ever.
/// </summary>
public class GoldenBytesTests
{
    private static readonly NodeAddress Address = new("a:1");

    public static TheoryData<string> MessageTypes { get; } = new(AnyMessage.Types.Select(type => type.Name));

    [Theory]
    [MemberData(nameof(MessageTypes))]
    public void Every_message_is_written_as_its_newest_form_and_read_in_each(string name)
    {
        var sample = new AnyMessage(1).Of(AnyMessage.Types.Single(type => type.Name == name));
        var written = Convert.ToHexString(Bytes(sample));
        var file = FileOf(name);
        var forms = File.Exists(file) ? File.ReadAllLines(file) : [];
        if (Approved.IsWrittenAnew && forms.LastOrDefault() != written)
            File.WriteAllLines(file, forms = [.. forms, written]);
        foreach (var form in forms)
            Assert.Equal(
                sample.GetType(),
                Assert.Single(WireBytes.Read(Convert.FromHexString(form)).Messages).GetType()
            );
        Assert.True(
            forms.LastOrDefault() == written,
            $"{name} is no longer written as the last line of {file} has it. A field may be added at its end. "
                + Approved.WayOut
        );
        WireBytes.AssertSame([sample], WireBytes.Read(Convert.FromHexString(forms[^1])));
    }

    [Fact]
    public void There_is_no_file_of_a_message_that_is_no_more() =>
        Assert.Equal(
            AnyMessage.Types.Select(type => type.Name),
            Directory
                .EnumerateFiles(Path.GetDirectoryName(FileOf("x"))!)
                .Select(Path.GetFileNameWithoutExtension)
                .Order(StringComparer.Ordinal)
        );

    private static byte[] Bytes(Message message) =>
        EnvelopeCodec.Write(new Envelope(Address, Address, Stamp.None, [message]));

    private static string FileOf(string name) => Approved.FileOf("Wire", "Golden", $"{name}.hex");
}
