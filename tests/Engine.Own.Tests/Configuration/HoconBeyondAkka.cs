using Akka.Configuration;

namespace Engine.Own.Tests;

/// <summary>What the specification of HOCON says and Akka.NET's parser refuses or reads otherwise: nothing of PbKv may lean on it.</summary>
public sealed class HoconBeyondAkka
{
    [Theory]
    [InlineData("a = ${?missing}x", "a", "x")]
    [InlineData("base { x = 1, y = 2 }\na = ${base}\na { y = 3 }", "a.y", "3")]
    [InlineData("base { x = 1, y = 2 }\na = ${base}\na { y = 3 }", "a.x", "1")]
    [InlineData("a { x = 1 }, b = 2", "b", "2")]
    public void A_text_gives_a_value(string text, string path, string value) =>
        Assert.Equal(value, ConfigurationFactory.ParseString(text).GetString(path));
}
