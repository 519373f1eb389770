using PbKv.Host.CommandLine;

namespace PbKv.Host.Tests.CommandLine;

public class AddressesTests
{
    [Theory]
    [InlineData("127.0.0.1:7000", "127.0.0.1", 7000)]
    [InlineData("db-1.example.org:1", "db-1.example.org", 1)]
    [InlineData("[::1]:65535", "::1", 65535)]
    public void An_address_is_a_host_and_a_port(string text, string host, int port)
    {
        Assert.True(Addresses.TryParse(text, out var parsedHost, out var parsedPort, out _));
        Assert.Equal((host, port), (parsedHost, parsedPort));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData(":7000")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("::1:7000")]
    [InlineData("a b:7000")]
    [InlineData("tcp://host:7000")]
    public void Anything_else_is_refused_with_the_value_and_the_form(string text)
    {
        Assert.False(Addresses.TryParse(text, out _, out _, out var problem));
        Assert.Contains($"'{text}'", problem);
        Assert.Contains("HOST:PORT", problem);
    }
}
