using System.Collections.Immutable;

namespace PbKv.Actors.Tests.Settings;

public class HostPortTests
{
    [Theory]
    [InlineData("127.0.0.1:7000", "127.0.0.1:7000")]
    [InlineData("localhost:7000", "127.0.0.1:7000")]
    [InlineData("LocalHost:7000", "127.0.0.1:7000")]
    [InlineData("V.Example:7000", "v.example:7000")]
    [InlineData("[::1]:7000", "[::1]:7000")]
    [InlineData("[0:0:0::1]:7000", "[::1]:7000")]
    public void What_is_the_same_for_people_is_the_same_for_nodes(string text, string address)
    {
        Assert.True(HostPort.TryParse(text, out var parsed));
        Assert.Equal(address, parsed.ToString());
        Assert.Equal(address, HostPort.OneAddress(text));
        Assert.Equal(address, Assert.Single((PbKvSettings.Default with { ViewServices = [text] }).ViewServices));
    }

    [Theory]
    [InlineData("::1", "[::1]")]
    [InlineData("::", "[::]")]
    [InlineData("[::1]", "[::1]")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    public void A_host_alone_is_written_as_in_an_address(string host, string written) =>
        Assert.Equal(written, HostPort.OneName(host));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1:7000")]
    [InlineData("[here]:7000")]
    [InlineData(":7000")]
    [InlineData("a b:7000")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    public void Anything_else_is_no_address(string text)
    {
        Assert.False(HostPort.TryParse(text, out _));
        Assert.Equal(text, HostPort.OneAddress(text));
        RefusedAsViewServices(["127.0.0.1:7000", text], $"'127.0.0.1:7000,{text}'");
    }

    [Fact]
    public void No_view_service_is_refused_as_soon_as_it_is_set()
    {
        RefusedAsViewServices([], "''");
        RefusedAsViewServices(default, "''");
    }

    private static void RefusedAsViewServices(ImmutableArray<string> addresses, string named)
    {
        var refused = Assert.Throws<SettingsException>(() => PbKvSettings.Default with { ViewServices = addresses });
        Assert.Equal(
            $"ViewServices (pbkv.view-services) is {named}, allowed is one or more of {HostPort.Allowed}",
            refused.Message
        );
    }
}
