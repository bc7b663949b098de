/**
 * The words of the scripts. The page hands them over as plain strings with `{places}`, so that
 * each script speaks the page's language.
 */
export const inBrowser = {
  checking: 'Your browser is checking this again by itself …',
  agrees: 'Your browser checked this again by itself and came to the same result.',
  agreesTwice:
    'Your browser checked this again by itself, with two separate implementations, and came to the same result.',
  disagrees:
    'Your browser came to another result than this portal. The portal says “{server}”, your browser says “{browser}”. Do not rely on this page, and tell the person who sent you the link.',
  disagreesTitle: 'Two results that differ',
  enginesDisagree:
    'Two implementations in your browser disagree about this signature. A careful signer doesn’t make such signatures: do not rely on it.',
  unable:
    'Your browser could not repeat the check ({why}). What you see is the portal’s own result.',
  unableNetwork: 'the data could not be fetched',
  unablePart: 'a part of what it needs could not be fetched',
  unableReload: 'the receipt’s status changed just now; please reload the page',

  copied: 'Link copied',
  notCopied: 'Copying was refused; the link is {link}',

  exact: 'Exactly the text that was signed, byte for byte.',
  repaired: 'Yours is the text that was signed: it matches {repair}.',
  differs: 'The text you gave is not the text that was signed.',
  lengths: 'Signed: {signed} bytes. Yours: {given} bytes.',
  differsAdvice:
    'Often a copy lost something on its way. Use the copy button of the place where you saw the answer, or drop the saved file here.',
  firstDifference: 'The first place where they differ:',
  inSigned: 'In the signed text',
  inYours: 'In yours',
  signedEnds: '(The signed text ends here.)',
  yoursEnds: '(Yours ends here.)',
  nothingThere: 'nothing',
  notCheckable: 'This can only be compared with the secret in the full link (“#k=…”).',
  secretUnread:
    'The secret in this link (after “#k=”) is damaged. Please open the full link again.',
  tooLarge: 'That file is larger than {max} bytes and was not read.',
  alarmFirst: 'The two results above differ, so a comparison would mean nothing.',
  empty: 'There is nothing to compare yet.',
  comparing: 'Comparing …',
  compareFailed: 'The comparison could not be made: {why}.',

  homeText:
    'We found no link, receipt or bundle in this. If it is the text of an answer, open the verify link that came with it and paste it there. Nothing was sent.',
  homeNothing: 'There is nothing in the box yet.',
  homeBadReceipt:
    'This looks like a receipt, but it can’t be read as one: a part of it may be missing or changed.',
  homePage: 'Open the page of this receipt',
  homeDiffers:
    'The receipt is good, but the text in this bundle is not the text that was signed. Nothing was sent.',
  homeDisagree:
    'Your browser came to another result than this portal. Do not rely on this receipt, and tell the person who gave it to you.',
  homeDetails: 'Details',
  homeWrongLength:
    'This looks like a receipt id, but it has {has} characters after “rec_” and should have {should}. Some were lost or added on the way: copy it again. Nothing was sent.',
  homeWrongCharacter:
    'This looks like a receipt id, but no id has the character “{character}”. Copy it again. Nothing was sent.',
  homeOtherHost: 'This link leads to {host}, another portal than this one. Nothing was sent yet.',
  homeAskHere: 'Look for it here',
  homeAskThere: 'Go to {host}',

  badMember: 'This bundle can’t be read: its member {member} is wrong or missing.',
  badBundle: 'This file is not a bundle that can be read here.',
  bundleOther: 'This bundle is of another receipt. Bring it to the first page to check it.',
  bundleEmpty: 'This bundle holds no text, so there is nothing to compare yet.',
}

export type BrowserWords = typeof inBrowser
