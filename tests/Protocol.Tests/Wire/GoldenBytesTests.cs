namespace PbKv.Protocol.Tests.Wire;

/// <summary>
/// The bytes of every message, kept beside this file: one file a type, and in it a line for each form that the type
/// ever had, the newest last. A form that was ever released is read for ever.
/// </summary>
public class GoldenBytesTests
{
    private const string Update = "PBKV_GOLDEN";

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
        if (Environment.GetEnvironmentVariable(Update) is not null && forms.LastOrDefault() != written)
            File.WriteAllLines(file, forms = [.. forms, written]);
        foreach (var form in forms)
            Assert.Equal(
                sample.GetType(),
                Assert.Single(WireBytes.Read(Convert.FromHexString(form)).Messages).GetType()
            );
        Assert.True(
            forms.LastOrDefault() == written,
            $"{name} is no longer written as the last line of {file} has it. Where that is meant (a field was added at "
                + $"its end), run this test with {Update}=1, which adds a line, and review it."
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

    private static string FileOf(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "PbKv.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "Protocol.Tests", "Wire", "Golden", $"{name}.hex");
    }
}
